/** What a fresh process costs until its first token, with a warm-up and with an archive of classes. */
package top.neuralbox.examples.startup;
