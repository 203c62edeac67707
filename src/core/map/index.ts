export {
  type Grant,
  LEVELS,
  type Level,
  type Readable,
  type RequestType,
  type System,
  type SystemKind,
  type Tool,
  type ToolLimits,
  type Trust,
  type WorkMap,
} from "./work-map.ts";
