/* sources 966d3b7bcdd12e48674245bd77ee4f6643f1770ff52895fb3d004baa4e785c13 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
