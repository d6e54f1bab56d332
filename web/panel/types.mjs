// Makes src/api/schema.d.ts of the API's document, which the server's own code tells: no service needs to run.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const python = process.env.PYTHON ?? `${root}.venv/bin/python`;
const document = execFileSync(python, ["-m", "tools.api_document"], { cwd: root, maxBuffer: 2 ** 26 }).toString();
const types = astToString(await openapiTS(JSON.parse(document)));
writeFileSync(new URL("src/api/schema.d.ts", import.meta.url), `// Made by \`npm run types\`; never edited by hand.\n${types}`);
