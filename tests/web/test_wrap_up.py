"""After-call work over the API."""

from tests.web.house import House

PATH = "/api/v1/agents/me/wrap-up"


async def test_an_agent_prolongs_and_ends_their_wrap_up(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    agent = house.services.agents.at_phone("1001")
    assert agent is not None
    none = await house.client.post(PATH, headers=anna.headers, json={"action": "done"})
    assert none.status == 409
    house.services.agents.leg_talks(agent, "1.2", "main-1.1", is_offered=True)
    async with house.database.transaction() as session:
        await house.services.agents.leg_is_gone(session, agent, "1.2", house.services.clock.now(), wrap_up_seconds=15)
    extended = await house.client.post(PATH, headers=anna.headers, json={"action": "extend"})
    assert extended.status == 200
    answer = await extended.json()
    assert answer["state"] == "wrap_up"
    assert answer["wrap_up_until"] is not None
    done = await (await house.client.post(PATH, headers=anna.headers, json={"action": "done"})).json()
    assert (done["state"], done["wrap_up_until"]) == ("not_ready", None)
    assert (await house.client.post(PATH, headers=anna.headers, json={"action": "forget"})).status == 422
