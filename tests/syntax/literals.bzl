a = 0777     ### 5: invalid octal literal: 0777 (use '0o777')
b = 0b1      ### 5: invalid octal literal: 0b1 (use '0ob1')
c = 0o9      ### 5: invalid base-8 integer literal: 0o9
d = 0x       ### 5: invalid hex literal ### 5: invalid base-16 integer literal: 0x
e = 1e       ### 5: invalid float literal
f = 1e+      ### 5: invalid float literal
g = 1e400    ### 5: floating-point literal too large
h = 00       ### 5: invalid octal literal: 00 (use '0o0')
i = 0o       ### 5: invalid base-8 integer literal: 0o
j = 012.5 + 09e1
k = 0b       ### 5: invalid binary literal ### 5: invalid octal literal: 0b (use '0ob')
---
a = 'x\hx'      ### 8: invalid escape sequence: \h. Use '\\' to insert '\'.
b = 'x\x41'     ### 8: invalid escape sequence: \x. Use '\\' to insert '\'.
c = "\u0041"    ### 7: invalid escape sequence: \u. Use '\\' to insert '\'.
d = '\777'      ### 9: octal escape sequence out of range (maximum is \377)
e = '\800'      ### 7: invalid escape sequence: \8. Use '\\' to insert '\'.
f = '\401\402'  ### 9: octal escape sequence out of range (maximum is \377) ### 13: octal escape sequence out of range (maximum is \377)
g = '\é'        ### 7: invalid escape sequence: \é. Use '\\' to insert '\'.
--- each
a = "abc ### 5: unclosed string literal
b = 'abc\' ### 5: unclosed string literal
c = r"a\" ### 5: unclosed string literal
d = 1
---
# A line that breaks a string off is a part of it.
a = "abc ### 5: unclosed string literal
b = 1               ### 1: syntax error at 'b': expected newline
---
a = """abc ### 5: unclosed string literal
b = 1
--- each
é = 1        ### 1: invalid character: 'é' ### 4: syntax error at '=': expected expression
b = 3 $ 4 $  ### 7: invalid character: '$' ### 9: syntax error at '4': expected newline ### 11: invalid character: '$'
c = d ? e    ### 7: invalid character: '?' ### 9: syntax error at 'e': expected newline
---
def f():
    1 $      ### 7: invalid character: '$'
    return @ ### 12: invalid character: '@'
