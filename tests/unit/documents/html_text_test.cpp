#include "core/documents/html_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

TEST(HtmlText, ShowsWhatAReaderSees) {
  EXPECT_EQ(
      html_text("<!DOCTYPE html><html><head><title>The  title</title>"
                "<style>p { color: red }</style><script>if (a < b) alert('</p>')</script>"
                "</head><body><h1>A <em>heading</em></h1>\n<p>One\n   line.<p>Another&nbsp;one."
                "<!-- not <b>seen</b> --></body></html>"),
      "The title\n\nA heading\n\nOne line.\n\nAnother one.");
}

TEST(HtmlText, KeepsLinesAndCellsApart) {
  EXPECT_EQ(
      html_text("<ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</table>"),
      "one\ntwo\n\na b\nc");
  EXPECT_EQ(html_text("a<br>b<br/>c"), "a\nb\nc");
  EXPECT_EQ(html_text("<b>bold</b>face"), "boldface");
}

TEST(HtmlText, KeepsTheBlanksOfPreformattedText) {
  EXPECT_EQ(html_text("<p>x  y</p><pre>if a:\n    b\n\n  c</pre><p>z  z"),
            "x y\n\nif a:\n    b\n\n  c\n\nz z");
}

TEST(HtmlText, ReadsReferences) {
  EXPECT_EQ(html_text("&lt;&amp;&gt;&quot;&#39;&#x20AC;&eacute;&Eacute;&hellip;"), "<&>\"'€éÉ…");
  EXPECT_EQ(html_text("a & b &unknown; &; &# &#x; AT&T &amp"), "a & b &unknown; &; &# &#x; AT&T &");
  EXPECT_EQ(html_text("&#0;&#xD800;&#x110000;&#99999999999999999999;&#7;"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HtmlText, IsNotLedAstrayByAttributes) {
  EXPECT_EQ(html_text("<a title=\"x > y\" href='/a>b'>link</a> <img alt=a\"b>after"), "link after");
  EXPECT_EQ(html_text("<a b = \"c>\">d"), "d");
}

TEST(HtmlText, HidesWhatIsNotForReaders) {
  EXPECT_EQ(html_text("a<SCRIPT type=x>1</scripty>2</Script >b<template><p>c</template>d"), "abd");
  EXPECT_EQ(html_text("<textarea><b>as it is</b></textarea>"), "<b>as it is</b>");
}

TEST(HtmlText, TakesAnyRubbish) {
  EXPECT_EQ(html_text("1 < 2 <3"), "1 < 2 <3");
  EXPECT_EQ(html_text("a<!-- no end"), "a");
  EXPECT_EQ(html_text("a<b"), "a");
  EXPECT_EQ(html_text("a<script>no end"), "a");
  EXPECT_EQ(html_text("a<b c=\"no end"), "a");
  EXPECT_EQ(html_text("a</ >b<?php c ?>d<"), "abd<");
  EXPECT_EQ(html_text(""), "");
}

}  // namespace
}  // namespace patchbay::documents
