import { Menu, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language, speak, word } from "../i18n";
import { signOut, useMe } from "../session";

const initials = (name: string) => {
  const parts = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(name)].filter((each) => each.isWordLike);
  const first = (text: string) => [...new Intl.Segmenter().segment(text)][0]?.segment ?? "";
  return parts.length > 1 && /^\p{L}/u.test(name) && !/\p{Script=Thai}/u.test(name)
    ? (first(parts[0]?.segment ?? "") + first(parts.at(-1)?.segment ?? "")).toUpperCase()
    : first(name).toUpperCase();
};

export function MeMenu({ onHelp, onPassword }: { onHelp: () => void; onPassword: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const mark = (isChosen: boolean) => (
    <span className="check" aria-hidden="true">
      {isChosen ? "✓" : ""}
    </span>
  );
  return (
    <Menu position="bottom-end" width={240} offset={4} shadow="sm" closeOnItemClick={false}>
      <Menu.Target>
        <button type="button" className="me" aria-label={`${t("me.account")}: ${me.name}`} title={me.name}>
          {initials(me.name)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="me-head">
          <strong>{me.name}</strong>
          <span className="quiet">
            {me.login} · {word("role", me.role)}
          </span>
        </div>
        <Menu.Divider />
        <Menu.Label>{t("me.language")}</Menu.Label>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={mark(i18n.language === language)}
            onClick={() => void speak(language as Language, true)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("me.look")}</Menu.Label>
        {(["auto", "light", "dark"] as const).map((look) => (
          <Menu.Item key={look} leftSection={mark(colorScheme === look)} onClick={() => setColorScheme(look)}>
            {t(`me.look.${look}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item closeMenuOnClick leftSection={mark(false)} rightSection={<kbd>?</kbd>} onClick={onHelp}>
          {t("keys.title")}
        </Menu.Item>
        <Menu.Item closeMenuOnClick leftSection={mark(false)} onClick={onPassword}>
          {t("me.password")}
        </Menu.Item>
        <Menu.Item leftSection={mark(false)} onClick={() => void signOut()}>
          {t("sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
