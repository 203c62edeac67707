/**
 * A thread that loads one module and says so, or is ended from outside. Of Muster it finds only what
 * defines things; a module that needs more is not gone through here.
 */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

const { file } = workerData as { readonly file: string };
const doors = import.meta.url.replace("load-limit-thread", "load-limit-doors");
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "muster" || specifier === "muster/testing"
      ? { url: doors, shortCircuit: true }
      : next(specifier, context),
});
try {
  await import(pathToFileURL(file).href);
} catch {
  // It is told where the module is imported to be used.
}
parentPort?.postMessage("loaded");
