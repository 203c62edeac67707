export { type Play, rehearse } from "./rehearse.ts";
