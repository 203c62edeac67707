export { type Artifacts, openArtifacts } from "./artifacts.ts";
