import { checkChains } from "./check-chains.ts";
import { checkGrants } from "./check-grants.ts";
import { checkOperations } from "./check-operations.ts";
import { checkPublishing } from "./check-publishing.ts";
import { checkRequests } from "./check-requests.ts";
import { checkRules } from "./check-rules.ts";
import { checkScope } from "./check-scope.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkStatements } from "./check-statements.ts";
import { checkTexts } from "./check-texts.ts";
import { checkTools } from "./check-tools.ts";
import { checkWorkflows } from "./check-workflows.ts";
import type { Checking } from "./checking.ts";

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
