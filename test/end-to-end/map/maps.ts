import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company with a workflow of one step, and no map yet. */
export function writeCompany(folder: string): void {
  for (const name of ["workflows", "agents", "tables", "templates"]) mkdirSync(join(folder, name));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write("workflows/greet.yaml", "muster: 1\nname: greet\nsteps: [{ id: write, agent: writer }]\n");
  write(
    "agents/writer.yaml",
    "muster: 1\nkind: function\nmodule: ./agents/writer.mjs\neffects: pure\n",
  );
  write("agents/writer.mjs", "export const attempt = () => ({ outputs: {} });\n");
}

/** The n-th map: its number stands in each of its files, and some are large. */
export function writeMap(folder: string, n: number): void {
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write("map.yaml", mapText(n));
  write("people.yaml", `muster: 1\n# map ${n}\npeople: { ana: {}, dana: {} }\n`);
  write("calendar.yaml", `muster: 1\n# map ${n}\nzone: UTC\n`);
  write(
    "templates/letter.md",
    `map ${n}\n${"Dear customer, we are sorry. ".repeat(4_000)}\nmap ${n}\n`,
  );
}

function mapText(n: number): string {
  return `muster: 1
# map ${n}
company: Example Shop
exceptions: { owner: dana }
systems: { post: { kind: mail, url: "smtp://localhost:1", from: shop@shop.example } }
tools:
  letter.send:
    system: post
    level: external
    args: { to: string, name: string }
    to: $args.to
    subject: A letter
    template: letter.md
    writes: mail
    destinations: { to: ["*@shop.example"] }
agents: { writer: { may: { level: external, tools: [letter.send] } } }
`;
}
