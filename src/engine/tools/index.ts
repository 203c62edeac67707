export {
  defineTool,
  type FunctionTool,
  type ToolFunction,
  type ToolSurroundings,
} from "./define-tool.ts";
export { openToolbox, type ToolboxOptions } from "./open-toolbox.ts";
export {
  isToolFailed,
  type Looking,
  type Performed,
  type Performing,
  type SystemHealth,
  type Toolbox,
  type ToolFailed,
  type ToolRead,
  type ToolSpec,
  type ToolWritten,
  type Verified,
  type Verifying,
} from "./toolbox.ts";
export type {
  OneOfAll,
  ToolOffered,
  ToolUses,
  UseAllTools,
  UseReply,
  UseTool,
} from "./using/use-tool.ts";
