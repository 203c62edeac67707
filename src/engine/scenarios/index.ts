export { playScenario } from "./play.ts";
