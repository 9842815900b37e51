"""TEMPOSTAR's FTPS area: a pyftpdlib server over the files of `simulator.tempostar.area`.

`server.FtpsServer` starts and stops it; `certificates.Authority` makes what it shows to clients. Nothing outside this
package knows pyftpdlib or pyOpenSSL.
"""
