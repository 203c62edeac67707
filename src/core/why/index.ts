export { whyAsHtml, whyAsMarkdown } from "./page.ts";
export { WHY_ITEMS, type Why, type WhyItem, type WhyLine, whyOf } from "./why.ts";
