import { invalidParameter } from '../values/graphError';
import { isObject, type Json, type JsonObject } from '../values/json';
import { readFieldTree, type FieldTree } from './fieldTree';
import type { Parameters } from './parameters';

/** An edge of a node: a list of other nodes, built on demand. */
export interface Edge {
  nodeType: string;
  nodes: (limit: number | undefined) => Node[];
  /** The fields that are returned by default. */
  defaultFields: readonly string[];
}

export interface Node {
  [field: string]: Json | undefined | Edge;
}

/**
 * Selects the fields of a node that `fields` requests, and its ID:
 * docs/messenger-facts.md#field-expansion
 *
 * @throws {GraphError} for an unknown field.
 */
export function selectFields(
  nodeType: string,
  node: Node,
  parameters: Parameters,
  defaultFields: readonly string[] = Object.keys(node),
): JsonObject {
  return select(nodeType, node, requestedFields(parameters), defaultFields);
}

/** Reads the parameter `fields`, to be applied to each node of a list. */
export function requestedFields(
  parameters: Parameters,
): FieldTree[] | undefined {
  const names = parameters.names('fields');
  return names && readFieldTree(names.join(','));
}

export function select(
  nodeType: string,
  node: Node,
  requested: readonly FieldTree[] | undefined,
  defaultFields: readonly string[],
): JsonObject {
  const trees = requested ?? defaultFields.map(withoutSubfields);
  const selected: JsonObject = {};
  for (const { name, limit, fields } of trees) {
    if (!Object.hasOwn(node, name)) {
      throw invalidParameter(
        `Tried accessing nonexisting field (${name}) on node type (${nodeType})`,
      );
    }
    const value = node[name];
    selected[name] = isEdge(value)
      ? {
          data: value
            .nodes(limit)
            .map((each) =>
              select(value.nodeType, each, fields, value.defaultFields),
            ),
        }
      : value;
  }
  const { id } = node;
  return { ...selected, ...(isEdge(id) ? {} : { id }) };
}

function withoutSubfields(name: string): FieldTree {
  return { name, limit: undefined, fields: undefined };
}

function isEdge(value: Json | undefined | Edge): value is Edge {
  return isObject(value) && typeof value.nodes === 'function';
}
