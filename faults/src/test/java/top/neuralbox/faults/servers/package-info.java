/**
 * Creates servers that use everything that the RFCs of HTTP allow, or that break one of their rules. A server is an immutable
 * record of choices, so that jqwik can shrink it. Its {@code toString} describes its differences from the plain server in plain
 * words.
 *
 * <p>{@link top.neuralbox.faults.servers.Servers} generates the choices. {@link top.neuralbox.faults.servers.PlannedServer}
 * carries them out on real sockets with TLS. Every byte comes from this package: no HTTP engine takes part.
 */
package top.neuralbox.faults.servers;
