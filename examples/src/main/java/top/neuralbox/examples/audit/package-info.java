/**
 * An audit log of generations. {@link top.neuralbox.examples.audit.AuditLog} is a listener that writes one line of JSON for
 * each of them.
 */
package top.neuralbox.examples.audit;
