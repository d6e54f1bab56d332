// What is still to do about somebody. A task that was ticked stays in sight until the page is left: it can be unticked.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { useNow } from "../clock";
import { queries } from "../queries";
import { day } from "../time";
import { useErrorText } from "./states";

type Task = components["schemas"]["TaskView"];
type TaskList = components["schemas"]["TaskList"];
export type About = { contact: number } | { company: number };

const ROWS = 10;

export function Tasks({ about }: { about: About }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [field, id] = "contact" in about ? ["contact_id", about.contact] : ["company_id", about.company];
  const key = ["tasks", field, id];
  const tasks = useQuery({
    queryKey: key,
    queryFn: () => api<TaskList>(`/tasks?done=false&${field}=${id}&limit=${ROWS}`),
  });
  const tick = useMutation({
    mutationFn: (task: Task) =>
      api<Task>(`/tasks/${task.id}`, { method: "PATCH", body: { version: task.version, done: !task.done } }),
    onSuccess: (changed) => {
      queries.setQueryData<TaskList>(key, (list) =>
        list && { ...list, items: list.items.map((each) => (each.id === changed.id ? changed : each)) },
      );
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
    onError: () => void queries.invalidateQueries({ queryKey: key }),
  });
  const items = tasks.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="tasks" aria-label={t("tasks.open")}>
      <h2>{t("tasks.open")}</h2>
      {tick.isError && (
        <p className="error row" role="alert">
          {t("tasks.failed", { reason: errorText(tick.error) })}
        </p>
      )}
      <ul>
        {items.map((task) => (
          <li key={task.id} className="row" data-done={task.done || undefined}>
            <input
              type="checkbox"
              aria-label={t("tasks.done", { title: task.title })}
              checked={tick.isPending && tick.variables.id === task.id ? !task.done : task.done}
              disabled={tick.isPending}
              onChange={() => tick.mutate(task)}
            />
            <span className="grow cut" title={task.title}>
              {task.title}
            </span>
            {task.assignee_name && <span className="quiet cut wide">{task.assignee_name}</span>}
            {task.due_at && <Due at={task.due_at} isDone={task.done} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Due({ at, isDone }: { at: string; isDone: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const isLate = !isDone && !isToday && Date.parse(at) < now;
  return (
    <span className={isLate ? "alarm-text" : "quiet"}>
      {isToday ? t("tasks.today") : t(isLate ? "tasks.late" : "tasks.due", { date: day(at) })}
    </span>
  );
}
