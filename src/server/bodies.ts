import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import type { Told } from "../core/machine/index.ts";
import type { Problem } from "../core/problem.ts";
import type { ForOneRun } from "../engine/company/index.ts";
import { bodyText } from "./body-text.ts";

/** Names of what is sent: people, workflows, events, keys and ids. */
const NAME_CHARACTERS_MOST = 4_000;
const ARGUMENTS_MOST = 5;
/** Faults of one body that are told; one who sends more has other troubles. */
const FAULTS_TOLD_MOST = 20;

/** Starts a run. */
export type StartBody = {
  readonly workflow: string;
  readonly params: JsonObject;
  readonly requestId?: string | undefined;
  readonly by?: string | undefined;
  readonly origin?: JsonObject | undefined;
  readonly run?: string | undefined;
  readonly subject?: string | undefined;
  /** Settings and inputs for this run. */
  readonly config?: NonNullable<ForOneRun["config"]> | undefined;
  readonly bind?: NonNullable<ForOneRun["bind"]> | undefined;
};

/** Tells a run something. */
export type SignalBody = {
  readonly signal: Told;
  readonly by?: string | undefined;
  readonly id?: string | undefined;
};

export type PublishBody = {
  readonly event: string;
  readonly payload: JsonObject;
  readonly key?: string | undefined;
  readonly id?: string | undefined;
  readonly by?: string | undefined;
};

const name: z.ZodType<string> = z.string().min(1).max(NAME_CHARACTERS_MOST);
const object = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;

/** The shape is checked here; what it says, by the company, as it checks what a library's caller says. */
export const startBody: z.ZodType<StartBody> = z.strictObject({
  workflow: name,
  params: object.default({}),
  requestId: name.optional(),
  by: name.optional(),
  origin: object.optional(),
  run: name.optional(),
  subject: name.optional(),
  config: object.optional(),
  bind: object.optional() as unknown as z.ZodType<StartBody["bind"]>,
});

/** A piece of incoming work; the company looks at what it says. */
export const requestBody: z.ZodType<JsonObject> = object;

/** What a person tells a case. */
export const tellingBody: z.ZodType<{
  readonly told: JsonObject;
  readonly by?: string | undefined;
  readonly id?: string | undefined;
}> = z.strictObject({ told: object, by: name.optional(), id: name.optional() });

export const signalBody: z.ZodType<SignalBody> = z.strictObject({
  signal: z.looseObject({ type: name }) as unknown as z.ZodType<Told>,
  by: name.optional(),
  id: name.optional(),
});

export const publishBody: z.ZodType<PublishBody> = z.strictObject({
  event: name,
  payload: object.default({}),
  key: z.string().max(NAME_CHARACTERS_MOST).optional(),
  id: name.optional(),
  by: name.optional(),
});

/** Arguments of a method of the company, as a second process asks for it. */
export const askBody: z.ZodType<{ readonly args: readonly unknown[] }> = z.strictObject({
  args: z.array(z.unknown()).max(ARGUMENTS_MOST),
});

/** The body as it should be, or what is wrong with it. */
export async function bodyOf<Body>(
  request: Request,
  shape: z.ZodType<Body>,
): Promise<{ readonly body: Body } | { readonly problems: readonly Problem[] }> {
  const text = await bodyText(request);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The body is no JSON: ${why}`;
    return { problems: [{ code: "bad-input", message, mend: "Send an object of JSON." }] };
  }
  const checked = shape.safeParse(given);
  if (checked.success) return { body: checked.data };
  return { problems: checked.error.issues.slice(0, FAULTS_TOLD_MOST).map(faultOf) };
}

function faultOf({ path, message }: z.core.$ZodIssue): Problem {
  const where = path.length === 0 ? "The body" : `"${path.join(".")}" of the body`;
  return { code: "bad-input", message: `${where} is not as it should be: ${message}.` };
}

/** Without the names that nothing was given for. */
export function present<Given extends object>(
  given: Given,
): { readonly [Name in keyof Given]: Exclude<Given[Name], undefined> } {
  const there = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as ReturnType<typeof present<Given>>;
}
