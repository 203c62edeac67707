export { type Counted, documentOf } from "./document.ts";
export { mermaidOf } from "./mermaid.ts";
export { agentsIn, type Picture, pictureOf, rulesAbout } from "./picture.ts";
export { svgOf } from "./svg.ts";
export { type WhichAnswer, type WhichQuestion, whichOf } from "./which.ts";
