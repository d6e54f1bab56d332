// What every page shows when there is nothing, not yet anything, or something went wrong.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";

export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return t("error.page");
    if (error.status === 0) return t("error.network");
    if (error.status === 403) return t("error.right");
    if (error.status === 404) return t("error.missing");
    return error.message;
  };
}

export function ErrorNote({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const isFinal = error instanceof ApiError && (error.status === 403 || error.status === 404);
  return (
    <div className="note" role="alert">
      <h2>{t("error.load")}</h2>
      <p>{text(error)}</p>
      {!isFinal && (
        <Button variant="default" onClick={retry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

export function Empty({ title, text, children }: { title?: string; text: string; children?: ReactNode }) {
  return (
    <div className="note">
      {title && <h2>{title}</h2>}
      <p>{text}</p>
      {children}
    </div>
  );
}

const WIDTHS = [62, 48, 71, 55, 66, 44];

export function SkeletonRows({ rows }: { rows: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <div className="row skeleton-row" key={index} aria-hidden="true">
          <span className="bone" style={{ width: "3.4em" }} />
          <span className="bone" style={{ width: `${WIDTHS[index % WIDTHS.length]}%` }} />
        </div>
      ))}
    </div>
  );
}
