import { Button, CloseButton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useErrorText } from "../../parts/states";
import { readAgain } from "./data";
import { did, useDone } from "./undo";

/** What was done last, with the way back. */
export function UndoBar() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const done = useDone();
  const undo = useMutation({
    mutationFn: async () => done?.undo?.(),
    onSuccess: () => did({ text: t("admin.undone") }),
    onError: (error) => did({ text: t("admin.not_undone", { reason: errorText(error) }) }),
    onSettled: () => readAgain(),
  });
  return (
    <div className="undo-place" role="status">
      {done && (
        <div className="undo">
          <span>{done.text}</span>
          {done.undo && (
            <Button size="compact-sm" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
              {t("admin.undo")}
            </Button>
          )}
          <CloseButton size="sm" aria-label={t("admin.close")} onClick={() => did(null)} />
        </div>
      )}
    </div>
  );
}
