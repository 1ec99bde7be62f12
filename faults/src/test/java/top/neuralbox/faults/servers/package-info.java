/**
 * Makes servers that use whatever the RFCs of HTTP allow, or break one rule of them. A server is an immutable record of
 * choices, so that jqwik can shrink it, and its {@code toString} says in plain words what differs from the plain server.
 *
 * <p>{@link top.neuralbox.faults.servers.Servers} draws the choices, {@link top.neuralbox.faults.servers.PlannedServer}
 * carries them out on real sockets with TLS. Every byte comes from here: no HTTP engine takes part.
 */
package top.neuralbox.faults.servers;
