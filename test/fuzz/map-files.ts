import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { judge as judgeUse } from "../../src/core/governance/index.ts";
import { HARBOUR, type MapFile, readWorkMap, type WorkMap } from "../../src/core/map/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { plainGarbage } from "./garbage.ts";
import { judge } from "./judge.ts";
import { mutateText } from "./mutate-text.ts";
import { mutateValue } from "./mutate-value.ts";

const PACK = join(import.meta.dirname, "..", "..", "packs", "harbour-retail");

/** Maps that are as they should be: with people, hours, tables and texts beside them. */
const MAPS: readonly (readonly MapFile[])[] = [HARBOUR, filesOf(PACK)];

function filesOf(folder: string): readonly MapFile[] {
  const read = (file: string): MapFile => ({
    file,
    text: readFileSync(join(folder, file), "utf8"),
  });
  const below = ["tables", "templates"].flatMap((name) =>
    readdirSync(join(folder, name)).map((file) => `${name}/${file}`),
  );
  return ["map.yaml", "people.yaml", "calendar.yaml", ...below].map(read);
}

export type MapCase = { readonly isRead: boolean; readonly complaints: readonly string[] };

/** A map of which one file or two are not what they were: what is said of it, and whether it can be lived by. */
export function playMap(seed: number, number: number): MapCase {
  const chance = chanceOf(`map ${seed}/${number}`);
  let files = chance.one(MAPS);
  for (let left = chance.one([1, 1, 2]); left > 0; left -= 1) files = garbled(files, chance);
  try {
    const surroundings = { digest: digestOf, agents: null, workflows: null };
    const { map, problems } = readWorkMap(files, surroundings);
    const texts = new Map(files.map(({ file, text }) => [file, text]));
    const complaints = problems.flatMap((problem) => judge(problem, { files: texts }));
    const isWrong = problems.some(({ severity }) => severity !== "warning");
    if (isWrong === (map !== null)) complaints.push("it is read, and wrong; or neither");
    if (map !== null) for (let left = 5; left > 0; left -= 1) tryUse(map, chance);
    return { isRead: map !== null, complaints };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { isRead: false, complaints: [`it throws: ${what}`] };
  }
}

function garbled(files: readonly MapFile[], chance: Chance): readonly MapFile[] {
  const at = chance.is(0.5) ? 0 : chance.between(0, files.length - 1);
  return files.map((one, place) => (place === at ? mutated(one, chance) : one));
}

function mutated({ file, text }: MapFile, chance: Chance): MapFile {
  const read = file.endsWith(".yaml") && chance.is(0.5) ? valueIn(text) : undefined;
  if (read === undefined) return { file, text: mutateText(text, chance) };
  const value = mutateValue(read, chance);
  return { file, text: stringify(value, { aliasDuplicateObjects: false }) ?? "" };
}

/** What stands in a text; undefined where it is no YAML any more, or names an anchor that is not there. */
function valueIn(text: string): unknown {
  try {
    const read = parseDocument(text);
    return read.errors.length > 0 ? undefined : read.toJS();
  } catch {
    return undefined;
  }
}

/** What reads as a map judges whatever it is asked. */
function tryUse(map: WorkMap, chance: Chance): void {
  const tool = chance.one(Object.keys(map.tools).concat("no.tool", "__proto__"));
  const agent = chance.one(Object.keys(map.agents).concat("nobody", "constructor"));
  const garbage = plainGarbage(chance);
  const isObject = typeof garbage === "object" && garbage !== null && !Array.isArray(garbage);
  const args = (isObject ? garbage : { order_id: garbage, amount: garbage }) as never;
  const said = judgeUse(
    { tool, agent, args, requester: "ana", run: "wf_1", step: "a", key: "k", preview: null },
    {
      map,
      mapDigest: digestOf("map"),
      case: null,
      labels: { untrusted: [], personal: [] },
      stopped: null,
      pinned: Object.fromEntries(Object.values(map.tools).map((one) => [one.name, one.digest])),
      callsInCase: 0,
      now: 0,
      digest: digestOf,
    },
  );
  const isNobodys = !Object.hasOwn(map.agents, agent) || !Object.hasOwn(map.tools, tool);
  if (isNobodys && said.verdict !== "deny")
    throw new Error(`${agent} may use ${tool}, which the map does not say.`);
}
