import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useLive } from "../live/store";
import { useErrorText } from "../parts/states";
import "./desk.css";

/** Hangs up one's own phone. The key `h` presses it. */
export function HangUp({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const isLive = useLive().connection === "live";
  const hangUp = useMutation({
    mutationFn: () => api("/desk/hang-up", { method: "POST", body: { call_id: callId } }),
  });
  return (
    <>
      {hangUp.isError && (
        <span className="error" role="alert">
          {t("hang_up.failed", { reason: errorText(hangUp.error) })}
        </span>
      )}
      <Button
        className="hang-up"
        size="compact-md"
        loading={hangUp.isPending}
        disabled={!isLive}
        onClick={() => hangUp.mutate()}
      >
        {t("hang_up")} <kbd className="wide">h</kbd>
      </Button>
    </>
  );
}
