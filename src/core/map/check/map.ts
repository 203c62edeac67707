import { checkChains } from "./chains.ts";
import type { Checking } from "./checking.ts";
import { checkGrants } from "./grants.ts";
import { checkOperations } from "./operations.ts";
import { checkPublishing } from "./publishing.ts";
import { checkRequests } from "./requests.ts";
import { checkRules } from "./rules.ts";
import { checkScope } from "./scope.ts";
import { checkSecrets } from "./secrets.ts";
import { checkStatements } from "./statements.ts";
import { checkTexts } from "./texts.ts";
import { checkTools } from "./tools.ts";
import { checkWorkflows } from "./workflows.ts";

/** All that can be told of a map from its parts together, before any case. */
export function checkMap(checking: Checking): void {
  checkSecrets(checking);
  checkTools(checking);
  checkOperations(checking);
  checkTexts(checking);
  checkStatements(checking);
  checkScope(checking);
  checkGrants(checking);
  checkRequests(checking);
  checkRules(checking);
  checkChains(checking);
  checkWorkflows(checking);
  checkPublishing(checking);
}
