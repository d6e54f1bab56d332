import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

export function Nowhere() {
  const { t } = useTranslation();
  return (
    <div className="note">
      <h2>{t("error.nowhere")}</h2>
      <Link to="/desk">{t("error.to_desk")}</Link>
    </div>
  );
}

export function PageError() {
  const { t } = useTranslation();
  return (
    <div className="note" role="alert">
      <h2>{t("error.page")}</h2>
      <Button variant="default" onClick={() => location.reload()}>
        {t("retry")}
      </Button>
    </div>
  );
}
