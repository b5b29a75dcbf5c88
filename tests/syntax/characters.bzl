x = 1 ### 1: invalid character: byte order mark
y =  1 ### 5: invalid character: '\x01'
z = 3� ### 6: invalid character: '\xff'
€ = 1 ### 1: invalid character: '€' ### 5: syntax error at '=': expected expression
