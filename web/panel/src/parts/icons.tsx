// Our few icons: strokes of one width, drawn for 20 px.
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const DeskIcon = () => (
  <Icon>
    <path d="M4 11V9.5a6 6 0 0 1 12 0V11" />
    <rect x="2.5" y="10.5" width="3.5" height="5" rx="1.5" />
    <rect x="14" y="10.5" width="3.5" height="5" rx="1.5" />
    <path d="M15.7 15.5c0 1.6-1.7 2.3-3.7 2.3" />
  </Icon>
);
export const BoardIcon = () => (
  <Icon>
    <path d="M3 16.500h14M5.500 13.500V9M10 13.500v-9M14.500 13.500V7" />
  </Icon>
);
export const CallsIcon = () => (
  <Icon>
    <path d="M6.6 3.2 8 6.6 6.3 8.1a9.5 9.5 0 0 0 5.6 5.6l1.5-1.7 3.4 1.4v2.4c0 .8-.7 1.4-1.5 1.3C8.700 16.500 3.500 11.300 2.900 4.700 2.800 3.900 3.400 3.200 4.200 3.200z" />
  </Icon>
);
export const ContactsIcon = () => (
  <Icon>
    <circle cx="10" cy="7" r="3.2" />
    <path d="M3.800 16.800c.6-3.200 3.100-5 6.200-5s5.600 1.800 6.200 5" />
  </Icon>
);
export const AdminIcon = () => (
  <Icon>
    <path d="M3 5.500h7M14.500 5.500H17M3 10h2.500M10 10h7M3 14.500h8M15.500 14.500H17" />
    <circle cx="12.200" cy="5.500" r="2" />
    <circle cx="7.700" cy="10" r="2" />
    <circle cx="13.200" cy="14.500" r="2" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.500 3.500" />
  </Icon>
);
export const PhoneIcon = () => (
  <Icon>
    <rect x="3" y="8.500" width="14" height="8" rx="2" />
    <path d="M4 6.500a9 9 0 0 1 12 0M7.500 12.500h5" />
  </Icon>
);
export const DownIcon = () => (
  <svg viewBox="0 0 10 10" width="9" height="9" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
    <path d="m1.500 3 3.500 4 3.500-4" />
  </svg>
);

/** Which way a call went; the words beside it or its label say it, too. */
export function Way({ direction, label }: { direction: string | null | undefined; label: string }) {
  const sign = direction === "outbound" ? "↗" : direction === "internal" ? "↔" : "↙";
  return (
    <span className="way" role="img" aria-label={label} title={label}>
      {sign}
    </span>
  );
}
