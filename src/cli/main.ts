#!/usr/bin/env node
/** The program's first file. What it loads is loaded after it, so that it may say how. */
import "../engine/heap.ts";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * What was compiled once is kept beside the program's packages, by content, so that each verb after the
 * first begins in half the time. Where one may not write there, it is compiled each time.
 */
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url)));
await import("./process.ts");
