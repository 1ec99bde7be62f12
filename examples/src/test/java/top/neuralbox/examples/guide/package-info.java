/**
 * The examples of the documents, as tests: what a page shows stands word for word in the test of that page, and is run
 * against a local service. {@code DocumentExamplesTest} holds the two together, {@code DocumentLinksTest} the links.
 */
package top.neuralbox.examples.guide;
