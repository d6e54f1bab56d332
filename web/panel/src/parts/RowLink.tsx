// The link of a table's row: its area is the whole row, and it is the row's one stop of the Tab key.
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";

const Anchor = (props: ComponentProps<"a">) => <a {...props} className="row-link" />;

export const RowLink = createLink(Anchor);
