/** Measures how long a new process takes to its first token, with and without a warm-up and a class-data archive. */
package top.neuralbox.examples.startup;
