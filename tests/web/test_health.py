import pytest

from accounts.users import Role
from tests.web.house import House


async def test_we_run(house: House) -> None:
    assert (await house.client.get("/healthz")).status == 200


async def test_ready_means_that_everything_a_call_needs_is_there(house: House) -> None:
    response = await house.client.get("/readyz")
    assert (response.status, await response.json()) == (200, {"status": "ready", "checks": {"database": "ok"}})
    await house.database.close()
    house.services.database.reading = None  # type: ignore[method-assign, assignment]
    response = await house.client.get("/readyz")
    assert response.status == 503
    assert (await response.json())["checks"]["database"].startswith("failed")


async def test_figures_are_for_this_machine(house: House) -> None:
    response = await house.client.get("/metrics")
    assert response.status == 200
    assert "ringdesk_live_connections" in await response.text()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_figures_are_not_for_whom_a_proxy_lets_through(house: House, header: str) -> None:
    admin, agent = await house.add_person("root", Role.ADMIN), await house.add_person("anna")
    forwarded = {header: "203.0.113.9"}
    assert (await house.client.get("/metrics", headers=forwarded)).status == 401
    assert (await house.client.get("/metrics", headers={**forwarded, **agent.headers})).status == 403
    assert (await house.client.get("/metrics", headers={**forwarded, **admin.headers})).status == 200


async def test_the_page_runs_nothing_but_its_own_files(house: House) -> None:
    page = await house.client.get("/")
    text = await page.text()
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "style=" not in text
    assert " on" + "click" not in text
    for path in ("desk.css", "desk.js", "live.js", "strings.js", "icon.svg"):
        assert (await house.client.get(f"/page/{path}")).status == 200
    for path in ("../application.py", "%2e%2e/application.py", "index.html", ""):
        assert (await house.client.get(f"/page/{path}")).status == 404


async def test_the_page_writes_text_and_never_markup(house: House) -> None:
    for path in ("desk.js", "live.js"):
        text = await (await house.client.get(f"/page/{path}")).text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert way not in text
