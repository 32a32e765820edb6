/* sources 97376230b1f2879888fe40d7212aaaa184aa8ba6081864e2639f96a3b2d2b894 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
