/**
 * A chat in the browser, served by {@code ./mvnw -q -Pchat}: {@link top.neuralbox.examples.chat.ChatCommand} builds
 * the page and starts {@link top.neuralbox.examples.chat.ChatServer}, which puts the guards of a public endpoint
 * before the handler of {@link top.neuralbox.examples.relay}. The page's sources are in {@code src/main/frontend}.
 */
package top.neuralbox.examples.chat;
