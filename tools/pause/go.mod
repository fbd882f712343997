module mini-xdr/tools/pause

go 1.26.0
