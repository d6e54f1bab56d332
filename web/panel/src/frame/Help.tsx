import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

const KEYS = [
  ["keys.search", ["/"]],
  ["keys.palette", ["Ctrl K"]],
  ["keys.desk", ["g", "d"]],
  ["keys.board", ["g", "b"]],
  ["keys.calls", ["g", "c"]],
  ["keys.contacts", ["g", "p"]],
  ["keys.admin", ["g", "a"]],
  ["keys.state", ["s"]],
  ["keys.note", ["n"]],
  ["keys.hang_up", ["h"]],
  ["keys.close", ["Esc"]],
  ["keys.help", ["?"]],
] as const;

export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": t("keys.close") }}
      size="sm"
      centered
      lockScroll={false}
    >
      <dl className="keys">
        {KEYS.map(([text, keys]) => (
          <div key={text}>
            <dt>{t(text)}</dt>
            <dd>
              {keys.map((key, index) => (
                <span key={key}>
                  {index > 0 && <span className="quiet"> {t("keys.then")} </span>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
