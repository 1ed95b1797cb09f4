/** Whose a name is. */
export interface Claims {
  /**
   * Ids of the connections that name one of `names`, or asked a CA for one of them since. Also of those that were removed
   * since: a CA goes on to believe what was proved to it.
   */
  connectionsNaming(names: readonly string[], since: Date): Promise<readonly number[]>;
}
