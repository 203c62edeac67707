export { type Artifacts, openArtifacts } from "./artifacts.ts";
export { FILE_BYTES_MOST, type Files, filesFolder, openFiles } from "./files.ts";
