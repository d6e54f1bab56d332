import { RouterProvider } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SignIn } from "./pages/SignIn";
import { ErrorNote } from "./parts/states";
import { router } from "./router";
import { useSession } from "./session";

export function App() {
  const { t } = useTranslation();
  const session = useSession();
  if (session.isPending) return <div className="splash" role="status" aria-label={t("loading")} />;
  if (session.isError) {
    return (
      <main className="splash">
        <ErrorNote error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  return session.data === null ? <SignIn /> : <RouterProvider router={router} />;
}
