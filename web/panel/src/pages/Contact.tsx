import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Contact, api } from "../api/client";
import { ErrorNote, SkeletonRows } from "../parts/states";
import { Timeline } from "../parts/Timeline";
import { fullDay } from "../time";

export function ContactPage() {
  const { t } = useTranslation();
  const { contactId } = useParams({ from: "/contacts/$contactId" });
  const contact = useQuery({
    queryKey: ["contacts", "one", contactId],
    queryFn: () => api<Contact>(`/contacts/${encodeURIComponent(contactId)}`),
  });
  return (
    <div className="detail-page">
      <Link to="/contacts" className="back">
        ← {t("contact.back")}
      </Link>
      {contact.isPending && <SkeletonRows rows={12} />}
      {contact.isError && !contact.data && <ErrorNote error={contact.error} retry={() => void contact.refetch()} />}
      {contact.data && <Record contact={contact.data} />}
    </div>
  );
}

function Record({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <>
      <header className="detail-head">
        <h1 id="contact-name">{contact.name}</h1>
        <dl className="figures">
          {contact.company && (
            <div>
              <dt>{t("contact.company")}</dt>
              <dd>{contact.company}</dd>
            </div>
          )}
          <div>
            <dt>{t("contact.numbers")}</dt>
            <dd>{contact.numbers.map((number) => number.e164 ?? number.typed).join(" · ") || t("contact.no_numbers")}</dd>
          </div>
          <div>
            <dt className="hidden">{t("col.time")}</dt>
            <dd className="quiet">{t("contact.since", { date: fullDay(contact.created_at) })}</dd>
          </div>
        </dl>
      </header>
      <section className="history" aria-labelledby="timeline">
        <h2 id="timeline">{t("timeline")}</h2>
        <Timeline about={{ contact: contact.id }} rows={30} />
      </section>
    </>
  );
}
