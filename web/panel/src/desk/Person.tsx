// Who it is: numbers, addresses, tags, whose customer.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Contact, api } from "../api/client";
import type { components } from "../api/schema";

type Company = components["schemas"]["CompanyView"];

export function Person({ contactId }: { contactId: number }) {
  const contact = useQuery({
    queryKey: ["contacts", "one", String(contactId)],
    queryFn: () => api<Contact>(`/contacts/${contactId}`),
  }).data;
  const { t } = useTranslation();
  if (!contact) return null;
  return (
    <section className="person" aria-label={t("person")}>
      <h2>
        {t("person")}{" "}
        <Link to="/contacts/$contactId" params={{ contactId: String(contactId) }}>
          {t("contact.open")}
        </Link>
      </h2>
      <Facts record={contact} />
    </section>
  );
}

export function Facts({ record }: { record: Contact | Company }) {
  const { t } = useTranslation();
  const company = "company" in record ? record.company : null;
  return (
    <dl className="person-facts">
      {company && (
        <div>
          <dt>{t("contact.company")}</dt>
          <dd>{company}</dd>
        </div>
      )}
      <div>
        <dt>{t("contact.numbers")}</dt>
        <dd className="number">{record.numbers.map((number) => number.e164 ?? number.typed).join("\n") || t("none")}</dd>
      </div>
      {record.emails.length > 0 && (
        <div>
          <dt>{t("contact.emails")}</dt>
          <dd>
            {record.emails.map((email) => (
              <a key={email.address} href={`mailto:${email.address}`}>
                {email.typed}
              </a>
            ))}
          </dd>
        </div>
      )}
      {record.tags.length > 0 && (
        <div>
          <dt>{t("contact.tags")}</dt>
          <dd className="tags">
            {record.tags.map((tag) => (
              <span key={tag} className="tag">
                {tag}
              </span>
            ))}
          </dd>
        </div>
      )}
      {record.owner_name && (
        <div>
          <dt>{t("contact.owner")}</dt>
          <dd>{record.owner_name}</dd>
        </div>
      )}
      {record.notes && (
        <div>
          <dt>{t("contact.remarks")}</dt>
          <dd className="remarks">{record.notes}</dd>
        </div>
      )}
    </dl>
  );
}
