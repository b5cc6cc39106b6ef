#include "core/documents/office_text.hpp"

#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

std::string word(const std::string& body) {
  return office_text(R"(<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="x"><w:body>)" +
                     body + "</w:body></w:document>");
}

TEST(OfficeText, RunsMakeParagraphs) {
  EXPECT_EQ(word("<w:p><w:pPr><w:jc w:val=\"left\"/></w:pPr><w:r><w:t>Sat</w:t></w:r>"
                 "<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">urn </w:t></w:r>"
                 "<w:r><w:t>&amp; its rings</w:t></w:r></w:p><w:p/><w:p w:rsidR=\"1\"><w:r>"
                 "<w:t>Mars</w:t><w:br/><w:t>is</w:t><w:tab/><w:t>red</w:t></w:r></w:p>"),
            "Saturn & its rings\n\nMars\nis red");
}

TEST(OfficeText, ARowIsALine) {
  EXPECT_EQ(word("<w:p><w:t>Before</w:t></w:p><w:tbl>"
                 "<w:tr><w:tc><w:p><w:t>name</w:t></w:p></w:tc><w:tc><w:p><w:t>moons</w:t></w:p>"
                 "</w:tc></w:tr><w:tr><w:tc><w:p><w:t>Mars</w:t></w:p><w:p/></w:tc><w:tc><w:p>"
                 "<w:t>2</w:t></w:p></w:tc></w:tr></w:tbl><w:p><w:t>Behind</w:t></w:p>"),
            "Before\n\nname moons\nMars 2\n\nBehind");
}

TEST(OfficeText, CodesMeasuresAndWhatWasDeletedAreNoText) {
  EXPECT_EQ(word("<w:p><w:instrText> PAGE \\* MERGE </w:instrText><w:t>One</w:t><w:del><w:r>"
                 "<w:delText>Two</w:delText></w:r></w:del><wp:posOffset>914400</wp:posOffset>"
                 "<mc:Choice><w:t>Three</w:t></mc:Choice><mc:Fallback><w:t>Three</w:t>"
                 "</mc:Fallback></w:p>"),
            "OneThree");
}

TEST(OfficeText, OpenDocumentIsReadToo) {
  EXPECT_EQ(office_text(
                "<?xml version=\"1.0\"?>\n<office:document-content>\n"
                "<office:automatic-styles><number:text>-</number:text></office:automatic-styles>"
                "\n<office:body>\n  <office:text>\n  <text:h>Planets</text:h>\n"
                "<text:p>A <text:span>b</text:span> <text:span>c</text:span><text:s text:c=\"3\"/>"
                "d<text:line-break/>e</text:p><table:table><table:table-row><table:table-cell>"
                "<text:p>f</text:p></table:table-cell><table:table-cell><text:p>g</text:p>"
                "</table:table-cell></table:table-row></table:table></office:text>\n"
                "</office:body></office:document-content>"),
            "Planets\n\nA b c d\ne\n\nf g");
}

TEST(OfficeText, BrokenXmlEndsWhereItEnds) {
  EXPECT_EQ(word("<w:p><w:t>One</w:t></w:tc></w:tc></w:p><w:p><w:t>Two"), "One\n\nTwo");
  EXPECT_EQ(office_text("<?xml"), "");
  EXPECT_EQ(office_text("<w:tc"), "");
}

TEST(OfficeText, XmlIsKnownByItsBeginning) {
  EXPECT_TRUE(is_xml("<?xml version=\"1.0\"?><a/>"));
  EXPECT_TRUE(is_xml("<w:document xmlns:w=\"x\">"));
  EXPECT_FALSE(is_xml("<html> is how a page begins"));
  EXPECT_FALSE(is_xml(""));
}

}  // namespace
}  // namespace patchbay::documents
