export { readScenarios, scenariosShape } from "./read-scenarios.ts";
export {
  type Decision,
  type Expected,
  missed,
  type Outcome,
  type Scenario,
  type Written,
} from "./scenario.ts";
