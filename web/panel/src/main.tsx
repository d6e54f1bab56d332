import "@mantine/core/styles.css";
import "./styles.css";
import { MantineProvider, Menu, createTheme } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { startLanguages } from "./i18n";
import { queries } from "./queries";

const theme = createTheme({
  fontFamily: "var(--font)",
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: {
    // The alarm's red: white can be read on it, and in the dark theme black on its lighter one.
    red: ["#fdeeed", "#fad9d6", "#f5b5af", "#f19d95", "#f28b82", "#e0655b", "#c93f35", "#b3261e", "#8f1e18", "#6b1612"],
    pine: ["#e9f6f4", "#d5ebe7", "#a9d8d0", "#83c8bd", "#5cb8ab", "#3d9a8e", "#258076", "#17605a", "#124b46", "#0c3633"],
  },
  defaultRadius: 6,
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  // A menu may hold items only: what Mantine puts there for the first focus is none.
  components: { Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }) },
});

const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
// What some libraries of styles look for.
(window as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

void startLanguages().then(() => {
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no root");
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce ?? ""}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
});
