/** What a module of a company mostly imports of Muster, where it is only tried: all of it gives back what it is given. */
export function defineWorkflow<Source>(source: Source): Source {
  return source;
}

export function defineAgent<Agent>(agent: Agent): Agent {
  return agent;
}
