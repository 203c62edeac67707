export { hashOfToken, newLink } from "./link-token.ts";
export {
  type Heard,
  openHeard,
  SLACK_AGE_MS_MOST,
  type SlackCall,
  verifySlack,
} from "./slack.ts";
