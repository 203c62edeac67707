export { type Format, type Now, openFigures } from "./figures.ts";
export { openMeter } from "./meter.ts";
