codes.355=CA,BX
