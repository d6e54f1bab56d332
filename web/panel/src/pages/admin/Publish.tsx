// The bar at the foot: what is stored and not yet published, and what Asterisk said to it.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Publication, api } from "../../api/client";
import { useReason } from "../../parts/reasons";
import { useErrorText } from "../../parts/states";
import { useMay } from "../../rights";
import { clock } from "../../time";
import { sentence } from "./changes";
import { readAgain, usePending } from "./data";
import { canTakeBack, takeBack } from "./takeBack";
import { did } from "./undo";

const LONGEST_MS = 90_000; // Asterisk reads its files twice where it complains.

export function PublishBar() {
  const { t } = useTranslation();
  const may = useMay();
  const errorText = useErrorText();
  const reason = useReason();
  const pending = usePending();
  const [isOpen, setOpen] = useState(false);
  const [published, setPublished] = useState<{ at: number; answer: Publication } | null>(null);
  const publish = useMutation({
    mutationFn: () => api<Publication>("/publications", { method: "POST", body: {}, timeoutMs: LONGEST_MS }),
    onMutate: () => setPublished(null),
    onSuccess: (answer) => {
      setPublished({ at: Date.now(), answer });
      setOpen(false);
    },
    onSettled: () => readAgain(),
  });
  const back = useMutation({
    mutationFn: takeBack,
    onMutate: () => did(null),
    onError: (error) => did({ text: t("admin.not_undone", { reason: reason(error) }) }),
    onSettled: () => readAgain(),
  });
  const changes = pending.data?.changes ?? [];
  const files = pending.data?.files ?? [];
  const count = changes.length || (files.length > 0 ? 1 : 0);
  const failed = publish.isError ? publish.error : null;
  const refused = failed instanceof ApiError && failed.status === 409 ? failed : null;
  const { reset } = publish;
  const gist = JSON.stringify(changes);
  useEffect(() => {
    // What was refused is no longer what would be published.
    reset();
    if (changes.length > 0) setPublished(null);
  }, [gist]); // eslint-disable-line

  if (pending.isPending) return null;
  if (pending.isError) {
    return (
      <div className="publish" role="status">
        <div className="publish-line">
          <span className="quiet">{t("admin.publish.unknown", { reason: errorText(pending.error) })}</span>
          <Button variant="default" size="compact-sm" onClick={() => void pending.refetch()}>
            {t("retry")}
          </Button>
        </div>
      </div>
    );
  }
  if (count === 0 && !published && !failed) return null;
  return (
    <section className="publish" aria-label={t("admin.publish.title")} data-kind={failed ? "alarm" : undefined}>
      {failed && (
        <div className="publish-said" role="alert" id="publish-error">
          <strong>{t(refused ? "admin.publish.refused" : "admin.publish.failed")}</strong>
          {refused && refused.errors.length > 0 ? (
            <ul>
              {refused.errors.map((each, index) => (
                <li key={index}>
                  {each.field && <code>{each.field}</code>} {each.reason}
                </li>
              ))}
            </ul>
          ) : (
            <p>{errorText(failed)}</p>
          )}
        </div>
      )}
      {isOpen && count > 0 && (
        <ol className="publish-changes" id="publish-changes">
          {changes.map((change, index) => (
            <li key={index} data-what={change.what}>
              <span className="publish-sign" aria-hidden="true">
                {change.what === "added" ? "+" : change.what === "removed" ? "−" : "·"}
              </span>
              <span className="grow">{sentence(t, change)}</span>
              {may("change", "settings") && canTakeBack(change) && (
                <button
                  type="button"
                  className="quiet-button"
                  disabled={back.isPending}
                  aria-label={t("admin.publish.take_back_one", { change: sentence(t, change) })}
                  onClick={() => back.mutate(change)}
                >
                  {t("admin.publish.take_back")}
                </button>
              )}
            </li>
          ))}
          {changes.length === 0 && <li>{t("admin.publish.files", { files: files.join(", ") })}</li>}
        </ol>
      )}
      {count > 0 ? (
        <div className="publish-line">
          <strong id="publish-count">{t("admin.publish.count", { count })}</strong>
          <span className="quiet cut">
            {pending.data.problem ? t("admin.publish.away", { reason: pending.data.problem }) : t("admin.publish.hint")}
          </span>
          <span className="space" />
          <Button
            variant="default"
            size="compact-md"
            aria-expanded={isOpen}
            aria-controls="publish-changes"
            onClick={() => setOpen(!isOpen)}
          >
            {t(isOpen ? "admin.publish.hide" : "admin.publish.review")}
          </Button>
          <Button
            size="compact-md"
            loading={publish.isPending}
            disabled={!may("change", "settings")}
            title={may("change", "settings") ? undefined : t("admin.no_right")}
            onClick={() => publish.mutate()}
          >
            {t("admin.publish.button")}
          </Button>
        </div>
      ) : (
        published && (
          <div className="publish-line" role="status" id="published">
            <span className="lamp" data-state="ready" style={{ background: "var(--ready)" }} />
            <span>{t("admin.publish.done", { time: clock(published.at) })}</span>
            {published.answer.needs_restart.length > 0 && (
              <span className="publish-warning">
                {t("admin.publish.restart", { files: published.answer.needs_restart.join(", ") })}
              </span>
            )}
            {published.answer.warnings.length > 0 && (
              <span className="publish-warning cut" title={published.answer.warnings.join("\n")}>
                {t("admin.publish.warnings", { warnings: published.answer.warnings.join("; ") })}
              </span>
            )}
            <span className="space" />
            <Button variant="default" size="compact-sm" onClick={() => setPublished(null)}>
              {t("admin.close")}
            </Button>
          </div>
        )
      )}
    </section>
  );
}
